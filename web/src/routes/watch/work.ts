// What the server is still doing with a clip, in words and figures.
import type { Clip, Schemas } from "../../api/client";

type Work = Schemas["Work"];

const doing: Readonly<Record<Work["kind"], string>> = {
  import: "Getting it ready to play",
  thumbnails: "Making the pictures",
  ladder: "Making smaller versions",
  transcribe: "Making the transcript",
  chapters: "Finding the chapters",
  screen: "Reading what is on the screen",
  summary: "Writing the summary",
  edit: "Making the edited version",
};
const waits: Readonly<Record<Work["kind"], string>> = {
  import: "Waits to be made ready to play",
  thumbnails: "Pictures come next",
  ladder: "Smaller versions come later",
  transcribe: "Waits for the transcript",
  chapters: "Chapters come next",
  screen: "Words on the screen come later",
  summary: "The summary comes next",
  edit: "The edited version comes next",
};
const missing: Readonly<Record<Work["kind"], string>> = {
  import: "It could not be made ready to play",
  thumbnails: "There are no pictures",
  ladder: "There are no smaller versions",
  transcribe: "There is no transcript",
  chapters: "There are no chapters",
  screen: "Words on the screen could not be read",
  summary: "There is no summary",
  edit: "The edited version could not be made",
};

/** " 62 %"; empty where there is nothing to say yet. */
export const percentOf = (w: Work) => (w.progress > 0 && w.progress < 1 ? ` ${Math.round(w.progress * 100)} %` : "");

/** "Making the transcript 62 %". */
export function workWords(w: Work): string {
  const percent = percentOf(w);
  const why = w.reason ? `: ${w.reason}` : "";
  switch (w.state) {
    case "waiting":
      return waits[w.kind];
    case "running":
      return `${doing[w.kind]}${percent}`;
    case "retrying":
      return `${doing[w.kind]}, trying again${why}`;
    case "failed":
      return `${missing[w.kind]}${why}`;
  }
}

/** The work that will not go on by itself. */
export function failedWork(clip: Clip): Work | undefined {
  return clip.work.find((w) => w.state === "failed");
}

// What a person chose to record last time.
import { modes, type BubbleCorner, type Mode } from "../../recorder/types";

export interface RecordChoice {
  mode: Mode;
  microphoneId: string | undefined;
  cameraId: string | undefined;
  computerSound: boolean;
  cleanVoice: boolean;
  bubble: BubbleCorner;
  countdown: 0 | 3 | 5;
  visibility: "private" | "workspace" | "link";
}

const key = "baton.record";
const first: RecordChoice = {
  mode: "screen-camera",
  microphoneId: undefined,
  cameraId: undefined,
  computerSound: true,
  cleanVoice: true,
  bubble: "bottom-left",
  countdown: 3,
  visibility: "private",
};

export function loadChoice(): RecordChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<RecordChoice>;
    const choice = { ...first, ...kept, microphoneId: undefined, cameraId: undefined };
    return modes.includes(choice.mode) ? choice : { ...first };
  } catch {
    return { ...first };
  }
}

export function saveChoice(choice: RecordChoice): void {
  try {
    localStorage.setItem(key, JSON.stringify(choice));
  } catch {
    // Not remembered; nothing depends on it.
  }
}

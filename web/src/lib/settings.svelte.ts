// What a person set up in this browser; kept in local storage, never needed to work.
interface Settings {
  theme: "system" | "light" | "dark";
  /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
  shortcuts: boolean;
  captions: boolean;
  rate: number;
  volume: number;
  muted: boolean;
  skipSilence: boolean;
  skipFillers: boolean;
}

const key = "baton.settings";
const defaults: Settings = {
  theme: "system",
  shortcuts: true,
  captions: true,
  rate: 1,
  volume: 1,
  muted: false,
  skipSilence: false,
  skipFillers: false,
};

function read(): Settings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return { ...defaults, ...(typeof stored === "object" && stored !== null ? stored : {}) };
  } catch {
    return { ...defaults }; // no storage, or not ours: the defaults will do
  }
}

export const settings: Settings = $state(read());

/** Changes settings and remembers them. */
export function setSettings(change: Partial<Settings>): void {
  Object.assign(settings, change);
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // Private windows may refuse storage; the change lasts until the page is closed.
  }
  applyTheme();
}

/** Shows the chosen theme. */
export function applyTheme(): void {
  if (settings.theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = settings.theme;
}

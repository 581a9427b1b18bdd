// The device check of the record page: on while people choose, off while they record.
import { DeviceCheck } from "../../recorder/check";
import { DeviceRefused, type Choice } from "../../recorder/types";

export interface Check {
  readonly on: boolean;
  readonly camera: MediaStream | undefined;
  readonly level: number;
  readonly silentMs: number;
  readonly refusal: DeviceRefused | undefined;
  /** Starts, or starts over with another choice. */
  readonly start: (choice: Choice) => Promise<void>;
  readonly stop: () => void;
}

const everyMs = 80;

export function createCheck(onopened: () => void): Check {
  let check: DeviceCheck | undefined = $state.raw();
  let level = $state(0);
  let silentMs = $state(0);
  let refusal: DeviceRefused | undefined = $state.raw();
  let timer: ReturnType<typeof setInterval> | undefined;
  let turn = 0;

  function stop(): void {
    turn++;
    clearInterval(timer);
    check?.close();
    check = undefined;
    level = silentMs = 0;
  }

  async function start(choice: Choice): Promise<void> {
    stop();
    refusal = undefined;
    const mine = turn;
    try {
      const opened = await DeviceCheck.open(choice);
      if (mine !== turn) {
        opened.close(); // another choice was made meanwhile, or the recording began
        return;
      }
      check = opened;
      timer = setInterval(() => {
        const read = opened.meter?.read();
        level = read?.level ?? 0;
        silentMs = read?.silentMs ?? 0;
      }, everyMs);
      onopened();
    } catch (error) {
      if (mine === turn && error instanceof DeviceRefused) refusal = error;
    }
  }

  return {
    get on() {
      return check !== undefined;
    },
    get camera() {
      return check?.camera;
    },
    get level() {
      return level;
    },
    get silentMs() {
      return silentMs;
    },
    get refusal() {
      return refusal;
    },
    start,
    stop,
  };
}

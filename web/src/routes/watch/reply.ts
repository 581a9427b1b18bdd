// What a spoken reply answers, and how it is recorded.
import type { ReplyTo } from "../../recorder/spool";

export interface Answered {
  readonly mode: "voice" | "camera";
  /** Whom or what it answers, in words. */
  readonly to: string;
  readonly replyTo: ReplyTo;
}

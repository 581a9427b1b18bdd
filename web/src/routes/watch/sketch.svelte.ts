// A drawing while it is made: by pointer or by keys, both through begin, move and end.
import type { Schemas } from "../../api/client";
import {
  beginStroke,
  inPicture,
  isDrawn,
  mostStrokes,
  moveStroke,
  type Point,
  type Stroke,
  type Tool,
} from "../../player/drawing";

/** Colours that stand out from most pictures, with their names. */
export const colours: readonly (readonly [colour: string, name: string])[] = [
  ["#ff4338", "Red"],
  ["#ffd60a", "Yellow"],
  ["#34d17b", "Green"],
  ["#3da5ff", "Blue"],
  ["#ffffff", "White"],
];

export class Sketch {
  /** Somebody draws now: the picture takes the strokes. */
  active = $state(false);
  tool = $state<Tool>("arrow");
  colour = $state("#ff4338");
  strokes = $state.raw<readonly Stroke[]>([]);
  /** The stroke that is being made. */
  current = $state.raw<Stroke | undefined>();
  /** The moment whose frame is drawn on, in milliseconds. */
  at = $state(0);
  #closed: (() => void) | undefined;

  /** Begins drawing on the frame of a moment; closed is called when it is over. */
  open(at: number, closed: () => void): void {
    this.at = at;
    this.active = true;
    this.#closed = closed;
  }
  /** Takes over what was drawn before. */
  show(strokes: readonly Stroke[], at: number): void {
    this.strokes = strokes;
    this.at = at;
  }
  readonly close = (): void => {
    this.current = undefined;
    if (!this.active) return;
    this.active = false;
    this.#closed?.();
  };

  begin(at: Point): void {
    if (this.strokes.length < mostStrokes) this.current = beginStroke(this.tool, this.colour, inPicture(at));
  }
  move(to: Point): void {
    if (this.current) this.current = moveStroke(this.current, inPicture(to));
  }
  /** Ends the stroke; text is what the tool text writes. */
  end(text?: string): void {
    const stroke = this.current && (text === undefined ? this.current : { ...this.current, text: text.trim() });
    this.current = undefined;
    if (stroke && isDrawn(stroke)) this.strokes = [...this.strokes, stroke];
  }
  cancel(): void {
    this.current = undefined;
  }
  undo(): void {
    this.strokes = this.strokes.slice(0, -1);
  }
  clear(): void {
    this.strokes = [];
    this.close();
  }

  /** The drawing as the server takes it. */
  drawing(): Schemas["Drawing"] {
    return { strokes: this.strokes.map((s) => ({ ...s, points: s.points.map((p) => [...p]) })) };
  }
}

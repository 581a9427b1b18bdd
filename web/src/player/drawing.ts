// Drawings over a frame: strokes as vectors, in shares of the picture's width and height from its top left.

export type Tool = "arrow" | "box" | "pen" | "text";
export type Point = readonly [x: number, y: number];

export interface Stroke {
  readonly tool: Tool;
  /** #rrggbb */
  readonly colour: string;
  readonly points: readonly Point[];
  /** Of the tool text only. */
  readonly text?: string;
}

/** How high the picture is in the units that strokes are shown in; it is as wide as its ratio makes it. */
export const pictureHeight = 1000;
/** A stroke's width, in the same units. */
export const strokeWidth = 9;
/** Closer points of a pen say nothing more, as a share of the picture. */
const leastStep = 0.004;
/** Bounds of the server; a hand is far from them. */
const mostPoints = 1000;
export const mostStrokes = 60;

/** A stroke as an SVG path for a picture of a ratio (width by height). Texts have none. */
export function strokePath({ tool, points }: Stroke, ratio: number): string {
  const at = ([x, y]: Point): [number, number] => [x * ratio * pictureHeight, y * pictureHeight];
  const [first, second] = points;
  if (!first) return "";
  const from = at(first);
  if (tool === "pen") return penPath(points.map(at));
  if (!second || tool === "text") return "";
  const to = at(second);
  return tool === "box" ? boxPath(from, to) : arrowPath(from, to);
}

const place = ([x, y]: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

function boxPath([x1, y1]: Point, [x2, y2]: Point): string {
  return `M${place([x1, y1])}H${x2.toFixed(1)}V${y2.toFixed(1)}H${x1.toFixed(1)}Z`;
}

function arrowPath(from: Point, to: Point): string {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const head = Math.min(48, Math.max(16, long * 0.3));
  const barb = (turn: number): Point => [to[0] - head * Math.cos(angle + turn), to[1] - head * Math.sin(angle + turn)];
  return `M${place(from)}L${place(to)}M${place(barb(0.5))}L${place(to)}L${place(barb(-0.5))}`;
}

/** A line through the middles between points, which rounds what a hand makes edgy. A single point is a dot. */
function penPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${place(first)}`;
  for (const [i, p] of rest.entries()) {
    const next = rest[i + 1];
    path += next ? `Q${place(p)} ${place([(p[0] + next[0]) / 2, (p[1] + next[1]) / 2])}` : `L${place(p)}`;
  }
  return rest.length === 0 ? `${path}h.1` : path;
}

/** A stroke that begins at a point. */
export function beginStroke(tool: Tool, colour: string, at: Point): Stroke {
  return { tool, colour, points: tool === "arrow" || tool === "box" ? [at, at] : [at] };
}

/** The stroke after its pen went to a point. */
export function moveStroke(stroke: Stroke, to: Point): Stroke {
  const [first] = stroke.points;
  const last = stroke.points.at(-1);
  if (!first || !last) return stroke;
  if (stroke.tool === "text") return { ...stroke, points: [to] };
  if (stroke.tool !== "pen") return { ...stroke, points: [first, to] };
  if (stroke.points.length >= mostPoints || Math.hypot(to[0] - last[0], to[1] - last[1]) < leastStep) return stroke;
  return { ...stroke, points: [...stroke.points, to] };
}

/** Whether a stroke shows anything: an arrow or a box that was only pressed does not. */
export function isDrawn({ tool, points, text }: Stroke): boolean {
  if (tool === "text") return text !== undefined && text.trim() !== "";
  const [a, b] = points;
  return tool === "pen" ? points.length > 0 : !!a && !!b && Math.hypot(a[0] - b[0], a[1] - b[1]) > 0.01;
}

/** Keeps a point inside the picture. */
export function inPicture([x, y]: Point): Point {
  const share = (n: number) => Math.round(Math.min(1, Math.max(0, n)) * 1e4) / 1e4;
  return [share(x), share(y)];
}

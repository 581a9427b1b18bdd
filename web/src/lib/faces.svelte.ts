// The pictures that people show of themselves, by whom; who shows none is not among them.
let faces = $state.raw<Readonly<Record<string, string>>>({});

/** The address of somebody's picture; undefined: they show none, or it is not known yet. */
export const faceOf = (id: string): string | undefined => faces[id];

/** Adds some, and takes away those whose address is empty. */
export function setFaces(more: Readonly<Record<string, string>>): void {
  faces = { ...faces, ...more };
}

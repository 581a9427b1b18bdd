// Where the spool keeps chunks: files of the origin's own (OPFS), flushed to disk by a worker; IndexedDB where there is no OPFS.

export interface Chunk {
  readonly take: string;
  readonly seq: number;
  readonly data: Uint8Array<ArrayBuffer>;
  /** SHA-256 of data. */
  readonly digest: Uint8Array<ArrayBuffer>;
  /** State of the hash over the take up to the end of this chunk (sha256.ts), to go on with after a crash. */
  readonly running: Uint8Array<ArrayBuffer>;
}

/** The stretch of a take that is kept. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

export interface ChunkStore {
  /** Resolves when the chunk survives a crash of the machine. */
  put(chunk: Chunk): Promise<void>;
  get(take: string, seq: number): Promise<Chunk | undefined>;
  range(take: string): Promise<Range | undefined>;
  /** Forgets the chunks before seq. */
  drop(take: string, before: number): Promise<void>;
  forget(take: string): Promise<void>;
  close(): void;
}

/** What the spool asks its worker, and what comes back. */
export type Ask =
  | ({ kind: "put" } & Chunk)
  | { kind: "get"; take: string; seq: number }
  | { kind: "range"; take: string }
  | { kind: "drop"; take: string; before: number }
  | { kind: "forget"; take: string };

export interface Answer {
  readonly id: number;
  readonly error?: { name: string; message: string };
  readonly chunk?: Chunk;
  readonly range?: Range;
}

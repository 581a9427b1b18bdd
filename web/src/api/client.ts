// The one place that talks JSON to the server. Types come from api/openapi.yaml (schema.ts, generated).
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Clip = Schemas["Clip"];
export type Comment = Schemas["Comment"];
export type Me = Schemas["Me"];
export type Moment = Schemas["Moment"];
export type Transcript = Schemas["Transcript"];
export type Chapter = Schemas["Chapter"];
export type Attachment = Schemas["Attachment"];
export type Reaction = Schemas["Reaction"];
export type Problem = Schemas["Problem"];

/** What the server said when it did not do what was asked; message is made for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

/** The server cannot be reached at all. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";
}

export const api = createClient<paths>({
  // Asked for at each call, so that tests and the service worker can replace it.
  fetch: (request: Request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwraps an answer: its data, or an ApiError or OfflineError. `await ok(api.GET("/api/v1/me"))` */
export async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    throw new OfflineError("The server cannot be reached. Nothing is lost; try again in a moment.", { cause });
  }
  if (answer.response.ok) return answer.data as T;
  throw problemError(answer.response.status, answer.error);
}

/** Makes an ApiError of a status and a problem+json body. */
export function problemError(status: number, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(status, body.detail ?? body.title, body);
  return new ApiError(status, `The server answered ${status}.`);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && typeof body.title === "string";
}

/** Words for people, whatever went wrong. */
export function wordsFor(error: unknown): string {
  if (error instanceof ApiError || error instanceof OfflineError) return error.message;
  return "Something went wrong in this page. Reload it and try again.";
}

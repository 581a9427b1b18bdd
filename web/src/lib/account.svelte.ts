// Who is signed in.
import { api, ApiError, ok, type Me } from "../api/client";

export const account: { me: Me | undefined; known: boolean } = $state({ me: undefined, known: false });

/** Asks the server who we are; a stranger is no error. */
export async function refreshAccount(): Promise<void> {
  try {
    account.me = await ok(api.GET("/api/v1/me"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    account.me = undefined;
  } finally {
    account.known = true;
  }
}

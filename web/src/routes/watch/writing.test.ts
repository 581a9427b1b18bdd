// Writing: the draft of a change, and who is named and would not be told.
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, type Clip } from "../../api/client";
import { account } from "../../lib/account.svelte";
import { readDraft } from "./drafts";
import Unseen from "./Unseen.svelte";
import WriteBox from "./WriteBox.svelte";

/** What the pages look at of a clip, a new one each time: whom it can name is asked once for each. */
const clipOf = (edit: boolean) => ({ id: "c1", owner: { id: "olga", name: "Olga" }, may: { edit } }) as unknown as Clip;
const members = [
  { id: "olga", name: "Olga", may_watch: true },
  { id: "mira", name: "Mira", may_watch: false },
];
const answer = (data: unknown) => Promise.resolve({ data, response: new Response() }) as never;
const put = vi.spyOn(api, "PUT");
const get = vi.spyOn(api, "GET");

beforeEach(() => {
  localStorage.clear();
  account.me = { id: "me" } as unknown as NonNullable<typeof account.me>;
  put.mockReset().mockImplementation(() => answer({}));
  get.mockReset().mockImplementation((path: string) => {
    if (path.endsWith("/people")) return answer({ people: [{ id: "ana", name: "Ana" }] });
    return answer({ members: members.map((m) => ({ ...m, may_watch: m.may_watch || put.mock.calls.length > 0 })) });
  });
});
afterEach(() => {
  cleanup();
  account.me = undefined;
});

describe("a change of a comment", () => {
  const box = (send = () => Promise.resolve()) => {
    const done = vi.fn();
    render(WriteBox, { label: "Change", verb: "Save", start: "Before", draft: "change.1", send, done });
    return { done, field: screen.getByLabelText<HTMLTextAreaElement>("Change") };
  };
  it("is kept while it is written, and goes on where it was", async () => {
    await fireEvent.input(box().field, { target: { value: "Before and after" } });
    expect(readDraft("change.1")?.body).toBe("Before and after");
    cleanup();
    expect(box().field.value).toBe("Before and after");
  });
  it("is none when it is as it was", async () => {
    const { field } = box();
    await fireEvent.input(field, { target: { value: "Other" } });
    await fireEvent.input(field, { target: { value: "Before" } });
    expect(readDraft("change.1")).toBeUndefined();
  });
  it("is dropped by Cancel, and when it is sent", async () => {
    const first = box();
    await fireEvent.input(first.field, { target: { value: "Other" } });
    await fireEvent.click(screen.getByText("Cancel"));
    expect(first.done).toHaveBeenCalled();
    expect(readDraft("change.1")).toBeUndefined();
    cleanup();
    const second = box();
    await fireEvent.input(second.field, { target: { value: "Other" } });
    await fireEvent.click(screen.getByText("Save"));
    await waitFor(() => {
      expect(second.done).toHaveBeenCalled();
    });
    expect(readDraft("change.1")).toBeUndefined();
  });
  it("is kept when sending fails", async () => {
    const { field, done } = box(() => Promise.reject(new Error("no")));
    await fireEvent.input(field, { target: { value: "Other" } });
    await fireEvent.click(screen.getByText("Save"));
    expect(done).not.toHaveBeenCalled();
    expect(readDraft("change.1")?.body).toBe("Other");
  });
});

describe("who is named and may not watch", () => {
  it("is said to its owner, who shares it with them beside the others", async () => {
    render(Unseen, { body: "look @Mira", clip: clipOf(true) });
    await screen.findByText(/Mira may not watch this clip and will not be told/);
    await fireEvent.click(screen.getByText("Share it with Mira"));
    await waitFor(() => {
      expect(screen.queryByText(/will not be told/)).toBeNull();
    });
    expect(put.mock.lastCall?.[1]).toMatchObject({ body: { account_ids: ["ana", "mira"] } });
  });
  it("is said to others with who can share it", async () => {
    render(Unseen, { body: "look @Mira", clip: clipOf(false) });
    await screen.findByText(/Olga can share it/);
    expect(screen.queryByRole("button")).toBeNull();
  });
  it("is everybody but its owner in a private note", async () => {
    render(Unseen, { body: "@Mira @Olga", clip: clipOf(false), secret: true });
    await screen.findByText(/A private note reaches Olga alone: Mira will not be told/);
  });
  it("is nobody where all may watch, and nothing is asked without a name", () => {
    render(Unseen, { body: "no names here", clip: clipOf(true) });
    expect(get).not.toHaveBeenCalled();
    expect(screen.getByRole("status").textContent.trim()).toBe("");
  });
});

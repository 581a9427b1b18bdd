import { render } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";

/** A loaded machine takes its time. */
const patience = { timeout: 30_000 };
const workspace = { id: "w", name: "Acme", read_screen: true, count_views: true };
let sent: unknown[] = [];
let refuse = false;

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

// Outside a browser an address needs its beginning.
const { Request: Whole } = globalThis;
vi.stubGlobal(
  "Request",
  class extends Whole {
    constructor(path: string, init?: RequestInit) {
      super(new URL(path, "https://baton.test"), init);
    }
  },
);
vi.stubGlobal("fetch", async (request: Request) => {
  if (request.method === "GET") return answer(200, workspace);
  const patch = (await request.json()) as object;
  sent.push(patch);
  return refuse ? answer(500, { title: "No", status: 500 }) : answer(200, { ...workspace, ...patch });
});

beforeEach(() => {
  sent = [];
  refuse = false;
});

async function shown(role: "owner" | "member") {
  // After the stubs: the client keeps the Request that it finds.
  const { account } = await import("../../lib/account.svelte");
  account.me = { role } as typeof account.me;
  const { default: Workspace } = await import("./Workspace.svelte");
  return render(Workspace);
}

it("turns the counting of views off and on", async () => {
  const page = await shown("owner");
  const counts = async () => (await page.findByRole("switch", { name: "Count who watched" }, patience)) as HTMLInputElement;
  expect((await counts()).checked).toBe(true);
  (await counts()).click();
  await vi.waitFor(async () => {
    expect((await counts()).checked).toBe(false);
    expect(sent).toEqual([{ count_views: false }]);
  }, patience);
  refuse = true;
  (await counts()).click();
  await vi.waitFor(async () => {
    expect(sent).toHaveLength(2);
    expect((await counts()).checked).toBe(false);
  }, patience);
}, 60_000);

it("only tells members", async () => {
  const page = await shown("member");
  await page.findByText("The owner of a clip sees who has watched it, and what of it.", {}, patience);
  expect(page.queryByRole("switch")).toBeNull();
}, 60_000);

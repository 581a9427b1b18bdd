import { expect, it } from "vitest";
import { blank, emptyDraft, fromTemplate, toRequest } from "./draft";

const standUp = {
  key: "stand-up",
  name: "Stand-up",
  sections: [
    { key: "today", title: "Today", prompt: "What now?", seconds: 30 },
    { key: "blockers", title: "Blockers", blockers: true },
  ],
  rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  opens: "09:00",
  closes: "12:00",
  close_after_days: 0,
};

it("keeps the keys of a template's sections and gives new ones their own", () => {
  const d = fromTemplate(standUp, emptyDraft("me"));
  d.sections.push({ ...blank(), title: "Today" }, { ...blank(), title: " Łunch & más! " }, { ...blank(), title: "昼食" });
  const sent = toRequest(d);
  expect(sent.sections?.map((s) => s.key)).toEqual(["today", "blockers", "today-2", "unch-mas", "section"]);
  expect(sent.sections?.[3]?.title).toBe("Łunch & más!");
  expect(sent).toMatchObject({ name: "Stand-up", rule: standUp.rule, members: ["me"], remind_minutes: 60, space_id: "" });
});

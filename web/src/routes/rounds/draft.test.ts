import { expect, it } from "vitest";
import { blank, emptyDraft, fromTemplate, openAt, toRequest } from "./draft";

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

it.each([
  ["12:00", 0, "15:00"],
  ["08:00", 0, "12:00"],
  ["22:30", 0, "24:00"],
  ["12:00", 1, "12:00"],
])("opens at %s and closes %i days later at %s", (at, days, closes) => {
  const d = { ...fromTemplate(standUp, emptyDraft("me")), close_after_days: days };
  openAt(d, at);
  expect([d.opens, d.closes]).toEqual([at, closes]);
});

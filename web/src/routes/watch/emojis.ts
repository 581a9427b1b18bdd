// The emoji that are offered, with their names.
export const emojis: readonly (readonly [emoji: string, name: string])[] = [
  ["👍", "Thumbs up"],
  ["❤️", "Heart"],
  ["😂", "Laughing"],
  ["🎉", "Celebrating"],
  ["👏", "Clapping"],
  ["💡", "Good idea"],
  ["🔥", "Fire"],
  ["🙏", "Thank you"],
  ["👀", "Looking"],
  ["🚀", "Rocket"],
  ["💯", "Hundred"],
  ["✅", "Done"],
  ["❓", "Question"],
  ["🤔", "Thinking"],
  ["😮", "Surprised"],
  ["😢", "Sad"],
  ["😅", "Phew"],
  ["😍", "Loving it"],
  ["🙌", "Raised hands"],
  ["💪", "Strong"],
  ["🤝", "Agreed"],
  ["👋", "Waving"],
  ["👎", "Thumbs down"],
  ["⚠️", "Careful"],
  ["🐛", "Bug"],
  ["🔁", "Again"],
  ["⏳", "Waiting"],
  ["📌", "Remember this"],
  ["🎯", "On target"],
  ["⭐", "Star"],
  ["☕", "Coffee"],
  ["🌱", "Growing"],
];

export const emojiNames: ReadonlyMap<string, string> = new Map(emojis);
/** Those that stand ready. */
export const usual: readonly string[] = emojis.slice(0, 6).map(([e]) => e);

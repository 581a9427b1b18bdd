// What lists of clips are narrowed by; an empty value narrows nothing.
export type FilterName = "space" | "from" | "tag" | "after" | "before";
export type FilterValues = Readonly<Record<FilterName, string>>;

module.exports = {
  forbidden: [
    {
      name: "core-knows-no-interface",
      comment: "The recorder, the player and lib work without any interface: they can be used and tested alone.",
      severity: "error",
      from: { path: "^src/(recorder|player|lib|api)/" },
      to: { path: "^src/(routes|ui)/" },
    },
    {
      name: "core-knows-no-framework",
      severity: "error",
      from: { path: "^src/(recorder|player)/" },
      to: { path: "^node_modules/svelte" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: "tsconfig.json" }, doNotFollow: { path: "node_modules" } },
};

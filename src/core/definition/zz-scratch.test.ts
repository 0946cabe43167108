import { readFileSync } from "node:fs";
import { test } from "vitest";
import { unwrapDocument } from "/work/main/src/core/definition/document.ts";
import { validateTaskDefinition } from "/work/main/src/core/definition/validate.ts";
test("x", () => {
  const dir="/work/shared/corpus/";
  const rows = JSON.parse(readFileSync("/tmp/index.json","utf8"));
  let n=0;
  for (const r of rows) {
    const d = unwrapDocument(JSON.parse(readFileSync(dir+"task-definitions/"+r.file,"utf8")));
    const v = validateTaskDefinition(d.input);
    const errs=v.problems.filter(p=>p.severity==="error");
    const warn=v.problems.filter(p=>p.severity!=="error");
    if (r.valid==="yes" && !v.ok) { n++; console.log("BAD", r.file, errs.map(p=>`${p.rule} ${p.path} ${p.message}`)); }
    if (r.valid!=="yes" ) { 
      console.log("--", r.file, "\n   ", r.valid, "\n" + errs.map(p=>`      ${p.rule} ${p.path} ${p.fix}`).join("\n")); }
    if (process.env.W) console.log("W", r.file, warn.map(p=>`\n      ${p.rule} ${p.path} ${p.message} // ${p.fix}`).join(""));
  }
  console.log(n);
});

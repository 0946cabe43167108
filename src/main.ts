#!/usr/bin/env node
import { runMain } from "./cli/main.ts";

await runMain(process.argv.slice(2));

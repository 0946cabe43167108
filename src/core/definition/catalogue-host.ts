/** What Berth does in its own way on a Docker host. These findings are warnings: the definition is valid. */
import type { Catalogue } from "./rule.ts";
import { SOURCES } from "./rule.ts";

export const HOST_RULES = {
  "windows-here": {
    restsOn: "nothing",
    summary: "The definition seems to be for Windows",
    explanation:
      "Images, programs and paths of Windows give it away. Windows containers need a Windows host; Berth's is Linux.",
    source: SOURCES.berth,
  },
  "emulated-here": {
    restsOn: "nothing",
    summary: "Berth does this in its own way",
    explanation:
      "The member has an effect, by other means than on ECS. The message says which; docs/field-matrix.md lists all.",
    source: SOURCES.berth,
  },
  "ignored-here": {
    restsOn: "nothing",
    summary: "The member has no effect on this host",
    explanation:
      "It is accepted and kept, so that one file serves ECS and Berth. docs/field-matrix.md lists all such members.",
    source: SOURCES.berth,
  },
  "refused-here": {
    restsOn: "nothing",
    summary: "A task with this member cannot be started on this host",
    explanation:
      "The definition is valid, but starting it would not do what it says. The message tells how to go on, if there is a way.",
    source: SOURCES.berth,
  },
} as const satisfies Catalogue;

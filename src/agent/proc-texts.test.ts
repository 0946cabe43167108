import { describe, expect, it } from "vitest";
import { inodesOnPort, parseStat } from "./proc-texts.ts";

const rest = (state: string, start: string) =>
  `${state} 1 17867 3275 0 -1 4194304 139 0 0 0 0 0 0 0 20 0 1 0 ${start} 2990080 406`;

describe("parseStat()", () => {
  it("finds the state and the start behind a name with blanks and parentheses", () => {
    expect(parseStat(`42 (my (odd) prog 1) ${rest("S", "919425")}\n`)).toEqual({
      startTicks: "919425",
      hasEnded: false,
    });
  });

  it("takes a process for ended that only waits to be reaped", () => {
    expect(parseStat(`42 (node) ${rest("Z", "7")}`)).toEqual({ startTicks: "7", hasEnded: true });
  });

  it("reads nothing out of what is no such file", () => {
    expect(parseStat("")).toBeUndefined();
  });
});

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 000000004bf65991`;

describe("inodesOnPort()", () => {
  it("finds sockets of TCP that listen on the port, whatever their address", () => {
    const table = [
      HEAD,
      row("00000000:1F90", "0A", 1),
      row("0100007F:1F90", "0A", 2),
      row("00000000000000000000000000000000:1F90", "0A", 3),
      row("0100007F:1F90", "01", 4),
      row("00000000:1F91", "0A", 5),
      "",
    ].join("\n");
    expect(inodesOnPort(table, 8080, "tcp")).toEqual(["1", "2", "3"]);
  });

  it("finds all sockets of UDP on the port, which do not listen", () => {
    expect(inodesOnPort([HEAD, row("00000000:0035", "07", 9)].join("\n"), 53, "udp")).toEqual(["9"]);
  });
});

/**
 * The pause program, in machine code. It is process 1 of the namespaces that it holds, so it does two things:
 *
 *     rt_sigprocmask(SIG_BLOCK, {SIGINT, SIGTERM})   // blocked signals reach even a process 1, and wait for us
 *     rt_sigaction(SIGCHLD, SIG_IGN)                 // the kernel reaps orphans at once: no zombies
 *     do signal = rt_sigtimedwait({SIGINT, SIGTERM}, no limit) while (signal <= 0)   // below zero: interrupted
 *     exit_group(0)
 *
 * It needs no stack, no memory and no library.
 */
import { align, assemble, bytes, type Item, label, le32, le64, reference } from "./assembler.ts";

export type Architecture = "amd64" | "arm64";

const SIGINT = 2;
const SIGTERM = 15;
const SIGCHLD = 17;
const SIG_IGN = 1;
/** Bytes of the kernel's signal set. */
const SET_SIZE = 8;

/** The kernel's structures, the same on both architectures. */
const data: readonly Item[] = [
  align(8),
  label("signals"),
  bytes(...le64(2 ** (SIGINT - 1) + 2 ** (SIGTERM - 1))),
  label("ignore"),
  // struct sigaction: handler, flags, restorer, mask
  bytes(...le64(SIG_IGN), ...le64(0), ...le64(0), ...le64(0)),
];

/** Code and data of the program; its first instruction is its entry. */
export function pauseProgram(architecture: Architecture): readonly number[] {
  return assemble([...(architecture === "amd64" ? amd64() : arm64()), ...data]);
}

function amd64(): readonly Item[] {
  const syscall = (number: number): Item => bytes(0xb8, ...le32(number), 0x0f, 0x05); // mov eax, number; syscall
  const setSize = bytes(0x41, 0xba, ...le32(SET_SIZE)); // mov r10d, 8
  const noRsi = bytes(0x31, 0xf6); // xor esi, esi
  const noRdx = bytes(0x31, 0xd2); // xor edx, edx
  const noRdi = bytes(0x31, 0xff); // xor edi, edi
  // lea REGISTER, [rip + distance], counted from the next instruction
  const address = (modrm: number, name: string): Item =>
    reference(7, name, (distance) => [0x48, 0x8d, modrm, ...le32(distance - 7)]);
  const rdi = 0x3d;
  const rsi = 0x35;
  return [
    noRdi, // SIG_BLOCK
    address(rsi, "signals"),
    noRdx,
    setSize,
    syscall(14), // rt_sigprocmask
    bytes(0xbf, ...le32(SIGCHLD)), // mov edi, SIGCHLD
    address(rsi, "ignore"),
    noRdx,
    setSize,
    syscall(13), // rt_sigaction
    label("wait"),
    address(rdi, "signals"),
    noRsi,
    noRdx,
    setSize,
    syscall(128), // rt_sigtimedwait
    bytes(0x85, 0xc0), // test eax, eax
    reference(6, "wait", (distance) => [0x0f, 0x8e, ...le32(distance - 6)]), // jle wait
    noRdi,
    syscall(231), // exit_group
  ];
}

function arm64(): readonly Item[] {
  const instruction = (word: number): Item => bytes(...le32(word));
  const move = (register: number, value: number): Item => instruction(0xd2800000 | (value << 5) | register); // movz
  const syscall = (number: number): readonly Item[] => [move(8, number), instruction(0xd4000001)]; // svc #0
  // adr REGISTER, label: 21 bits of distance, the lowest two apart from the rest
  const address = (register: number, name: string): Item =>
    reference(4, name, (distance) =>
      le32(0x10000000 | ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5) | register),
    );
  const [x0, x1, x2, x3] = [0, 1, 2, 3] as const;
  return [
    move(x0, 0), // SIG_BLOCK
    address(x1, "signals"),
    move(x2, 0),
    move(x3, SET_SIZE),
    ...syscall(135), // rt_sigprocmask
    move(x0, SIGCHLD),
    address(x1, "ignore"),
    move(x2, 0),
    move(x3, SET_SIZE),
    ...syscall(134), // rt_sigaction
    label("wait"),
    address(x0, "signals"),
    move(x1, 0),
    move(x2, 0),
    move(x3, SET_SIZE),
    ...syscall(137), // rt_sigtimedwait
    instruction(0xf100001f), // cmp x0, #0
    reference(4, "wait", (distance) => le32(0x5400000d | (((distance >> 2) & 0x7ffff) << 5))), // b.le wait
    move(x0, 0),
    ...syscall(94), // exit_group
  ];
}

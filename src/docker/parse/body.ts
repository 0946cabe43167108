/** First look at a body: right kind of thing or not. What is inside is read leniently, member by member. */
import { malformed } from "../api/failure.ts";
import { type Shape, soundMembers } from "./sound.ts";

/** @throws {DockerCallError} malformed */
export function objectIn(body: unknown, subject: string): object {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw malformed(`${subject} is no object`);
  return body;
}

/** The members of `shape` that are of their type. @throws {DockerCallError} malformed when it is no object at all */
export function membersIn(body: unknown, subject: string, shape: Readonly<Record<string, Shape>>): object {
  return soundMembers(objectIn(body, subject), shape);
}

/** @throws {DockerCallError} malformed */
export function listIn(body: unknown, subject: string): readonly unknown[] {
  if (body === null) return [];
  if (!Array.isArray(body)) throw malformed(`${subject} is no list`);
  return body;
}

/** @throws {DockerCallError} malformed, for the members without which an answer says nothing */
export function required(value: string | undefined, name: string): string {
  if (!value) throw malformed(`it has no ${name}`);
  return value;
}

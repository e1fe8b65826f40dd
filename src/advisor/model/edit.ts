/** A finding's mending as an edit of the files, so that a program can write it and a person can read it as a patch. */
import type { KubeObject } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { ValuePath } from "./place.ts";

/** One change of an object. Parents of a value that is set are made where they are missing. */
export type Change =
  | { readonly kind: "set"; readonly path: ValuePath; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: ValuePath }
  /** The value stays, with its comments. */
  | { readonly kind: "rename"; readonly path: ValuePath; readonly key: string };

/** Lines of a text that does not parse, from 1, both included. */
export interface LineEdit {
  readonly file: string;
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

export interface Edit {
  /** It changes nothing that anybody could have meant: `--fix` writes it. Others are printed as patches. */
  readonly safe: boolean;
  readonly entry?: ManifestObject;
  readonly changes?: readonly Change[];
  /** Goes behind the object of `entry`, as a document of its own. */
  readonly added?: KubeObject;
  readonly lines?: LineEdit;
}

export const safeEdit = (entry: ManifestObject, ...changes: readonly Change[]): Edit => ({
  safe: true,
  entry,
  changes,
});

/** Somebody has to decide: it changes how things run, or holds a figure that is a guess. */
export const proposedEdit = (entry: ManifestObject, ...changes: readonly Change[]): Edit => ({
  safe: false,
  entry,
  changes,
});

export const setValue = (path: ValuePath, value: unknown): Change => ({ kind: "set", path, value });

export const removeValue = (path: ValuePath): Change => ({ kind: "remove", path });

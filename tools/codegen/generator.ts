/** One generated file: where it lies, from the root of the repository, and its whole text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Makes files from data of the product alone: the same data, the same bytes. */
export interface Generator {
  readonly name: string;
  /** Folder that belongs to the generator: files in it that it no longer makes are removed. */
  readonly folder: string;
  generate(): readonly GeneratedFile[];
}

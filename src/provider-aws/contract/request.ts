/** What every call takes besides its input. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** EC2's filter: the values are alternatives, filters are all required. `*` and `?` in values are wildcards. */
export interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

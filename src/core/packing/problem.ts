/** What the packer is asked: equal items in numbers, and machines of a price to put them on. No pods, labels or zones. */
export interface PackingProblem {
  /** How many resources each vector has. */
  readonly width: number;
  /** Shape `s` needs `shapes[s * width + r]` of resource `r`. */
  readonly shapes: Float64Array;
  /** Shape of each item. Items are in order of shape. */
  readonly shapeOf: Int32Array;
  /** What one item is worth, USD an hour: its share of the cheapest fractional solution. It decides who comes first. */
  readonly values: Float64Array;
  readonly machines: readonly Machine[];
}

/** One kind of machine that may be opened any number of times. */
export interface Machine {
  /** Room for items by resource, after everything that is already on it. */
  readonly room: Float64Array;
  /** USD an hour. */
  readonly price: number;
  /** Indices of items that may go on it, rising. */
  readonly members: Int32Array;
  /** Worth of one unit of each resource on it, for balance. */
  readonly weights: Float64Array;
}

/**
 * Rules between items of one machine beyond room, asked while it is filled. The state is the caller's; `start` makes a
 * fresh one for each try.
 */
export interface FillRules<State> {
  /** Undefined when the machine's members owe each other nothing but room. */
  start(machine: Machine): State | undefined;
  /** How many more of the item the machine takes, room aside. */
  allowance(state: State, item: number): number;
  add(state: State, item: number, count: number): void;
}

/** How many machines of each kind may still be opened; a try works on a copy. */
export interface Stock {
  copy(): Stock;
  /** Takes up to `most` machines of the kind and says how many there were. */
  take(machine: number, most: number): number;
  /** Gives machines back that were taken. */
  put(machine: number, count: number): void;
}

export interface Filling {
  /** Distinct items in the order in which they were first added, and how many of each. */
  readonly items: readonly number[];
  readonly counts: readonly number[];
  readonly value: number;
  /** Shapes looked at to make it. */
  readonly work: number;
}

/** A machine opened `copies` times with the same filling. */
export interface Opening {
  readonly machine: number;
  readonly copies: number;
  readonly filling: Filling;
}

export interface PackingDemand<State> {
  /** How many of each item are to be placed. Never changed. */
  readonly wanted: Int32Array;
  readonly rules?: FillRules<State>;
  readonly stock: Stock;
}

/** Machines to open, in the order in which they were chosen, and what they leave. */
export interface Packing {
  readonly openings: readonly Opening[];
  readonly left: Int32Array;
  /** Sum over the machines, USD an hour. */
  readonly price: number;
  /** Shapes looked at to find it. */
  readonly work: number;
}

/** What an error text names as being in the way: one or more obstacles, without the figures around them. */

/** Patterns of scheduling Appendix C, each with the name that two texts are compared by. */
const patterns: readonly (readonly [pattern: RegExp, name: (match: RegExpExecArray) => string])[] = [
  [/did not tolerate taint \(taint=([^)]*)\)/g, (match) => `taint ${match[1]}`],
  [/incompatible (?:volume )?requirements, label "([^"]*)" does not have known values/g, (m) => `label ${m[1]}`],
  [/incompatible (volume )?requirements, key ([^,]*),/g, (m) => `${m[1] ?? ""}requirement ${m[2]}`],
  [/unsatisfiable topology constraint for ([a-z -]+), key=([^ ]*) /g, (m) => `${m[1]} ${m[2]}`],
  [/all available instance types exceed limits for nodepool \(NodePool=([^)]*)\)/g, (m) => `limits of ${m[1]}`],
  [/node limits have been exhausted for nodepool \(NodePool=([^)]*)\)/g, (m) => `node limit of ${m[1]}`],
  [/minValues requirement is not met for label\(s\) \(label\(s\)=\[([^\]]*)\]\)/g, (m) => `minValues ${m[1]}`],
  [/no instance type [^,]*/g, () => "instance types"],
  [/compatible reserved offerings|reserved offering options/g, () => "reserved capacity"],
  [/nodepool requirements filtered out all available instance types/g, () => "pool without types"],
  [/no dynamic nodepools found/g, () => "no pools"],
  [/Dynamic Resource Allocation/g, () => "resource claims"],
];

export function obstaclesIn(text: string): readonly string[] {
  const found = patterns.flatMap(([pattern, name]) => [...text.matchAll(pattern)].map((match) => name(match)));
  return [...new Set(found)].sort();
}

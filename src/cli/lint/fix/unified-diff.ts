const context = 3;

/** The change from one text to another as `patch` and `git apply` read it, in one hunk; empty where they are the same. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const [old, made] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < made.length && old[head] === made[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < made.length - head && old.at(-1 - tail) === made.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - context);
  const [oldEnd, madeEnd] = [Math.min(old.length, old.length - tail + context), made.length - tail];
  const behind = old.slice(old.length - tail, oldEnd);
  const lines = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...made.slice(head, madeEnd).map((line) => `+${line}`),
    ...behind.map((line) => ` ${line}`),
  ];
  const range = (end: number): string => `${end === from ? from : from + 1},${end - from}`;
  const name = file.replace(/^\/+/, "");
  const header = `--- a/${name}\n+++ b/${name}\n@@ -${range(oldEnd)} +${range(madeEnd + behind.length)} @@`;
  return `${[header, ...lines].join("\n")}\n`;
}

/** A last line without a line break says so, as patch wants it. */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop();
  return last === undefined || last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

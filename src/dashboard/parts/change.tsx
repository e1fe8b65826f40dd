/** Before and after of one decision, side by side; on narrow screens one below the other. */
export function Change(props: {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly difference: readonly string[];
}) {
  const columns: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ["Before", props.before],
    ["After", props.after],
    ["Difference", props.difference],
  ];
  return (
    <dl class="change">
      {columns
        .filter(([, lines]) => lines.length > 0)
        .map(([name, lines]) => (
          <div key={name}>
            <dt>{name}</dt>
            {lines.map((line) => (
              <dd key={line}>{line}</dd>
            ))}
          </div>
        ))}
    </dl>
  );
}

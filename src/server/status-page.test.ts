import { describe, expect, it } from "vitest";
import { renderStatusPage, type StatusState } from "./index.ts";

const state = (change: Partial<StatusState> = {}): StatusState => ({
  schema: "status/1",
  time: "2026-01-01T10:20:30Z",
  title: "karpenter-ts",
  pods: { running: 3, pending: 1, succeeded: 2, failed: 0 },
  pricePerHour: 0.5,
  nodes: [],
  decisions: [],
  hints: [],
  ...change,
});

describe("renderStatusPage", () => {
  it("shows cost by the hour and by a month of 730 hours", () => {
    const page = renderStatusPage(state());
    expect(page).toContain("0.500 $/h");
    expect(page).toContain("365 $");
  });

  it("lists a node with its machine, price and use", () => {
    const page = renderStatusPage(
      state({
        nodes: [
          {
            name: "ip-10-0-0-1",
            pool: "general",
            type: "c6a.large",
            zone: "us-east-1a",
            capacityType: "spot",
            pricePerHour: 0.0301,
            state: "ready",
            pods: 4,
            cpuShare: 0.756,
            memoryShare: 1.2,
          },
        ],
      }),
    );
    expect(page).toContain("<td>c6a.large spot</td>");
    expect(page).toContain("0.0301 $/h");
    expect(page).toContain("76 %");
    expect(page).toContain('value="100">120 %');
  });

  it("lets nothing from a cluster become markup", () => {
    const page = renderStatusPage(
      state({
        decisions: [
          {
            time: "2026-01-01T10:20:30Z",
            kind: "unplaced",
            pods: ["<script>alert(1)</script>"],
            reason: `"quoted" & <b>bold</b>`,
          },
        ],
      }),
    );
    expect(page).not.toContain("<script>");
    expect(page).toContain("&quot;quoted&quot; &amp; &lt;b&gt;bold&lt;/b&gt;");
  });
});

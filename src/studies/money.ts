/** A month is 730 hours (product: what commands print). */
export const hoursPerMonth = 730;

/** `0.1920 $/h`. */
export const perHour = (dollars: number): string => `${dollars.toFixed(4)} $/h`;

/** `140.16 $/month`. */
export const perMonth = (dollarsPerHour: number): string => `${(dollarsPerHour * hoursPerMonth).toFixed(2)} $/month`;

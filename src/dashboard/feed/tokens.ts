/** Where the token that a person typed is kept: as long as the tab lives, and sent to nobody but this server. */
export interface Tokens {
  get(): string | undefined;
  set(token: string): void;
}

const key = "karpenter-dashboard-token";

export const browserTokens: Tokens = {
  get: () => sessionStorage.getItem(key) ?? undefined,
  set: (token) => sessionStorage.setItem(key, token),
};

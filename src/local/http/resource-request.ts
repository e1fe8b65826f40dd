import type { ApiCore } from "../apiserver/api-core.ts";
import type { Exchange } from "./exchange.ts";
import type { Answer } from "./media-types.ts";
import type { ResourceTarget } from "./request-target.ts";

/** A request on a resource, as far as it is understood before the resource is looked up. */
export interface ResourceRequest {
  readonly core: ApiCore;
  readonly exchange: Exchange;
  readonly target: ResourceTarget;
  readonly answer: Answer;
}

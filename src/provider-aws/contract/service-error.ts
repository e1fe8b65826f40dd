/** How errors of AWS look in JavaScript: what the SDK throws, and what stand-ins must throw (spec: aws 1.2). */
export interface ServiceErrorShape {
  readonly name: string;
  readonly message: string;
  readonly Code?: string | undefined;
  readonly $fault?: "client" | "server" | undefined;
  readonly $metadata?:
    | { readonly httpStatusCode?: number | undefined; readonly requestId?: string | undefined }
    | undefined;
}

/**
 * An error of a service for stand-ins to throw. `code` is EC2's code, which EC2 gives as both `name` and `Code`; services
 * that speak JSON (SSM, EKS) give the name alone.
 */
export class ServiceError extends Error implements ServiceErrorShape {
  override readonly name: string;
  readonly Code?: string;
  readonly $fault: "client" | "server";
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string };

  constructor(
    code: string,
    message: string,
    details: {
      readonly name?: string;
      readonly status?: number;
      readonly requestId?: string;
      readonly nameOnly?: boolean;
    } = {},
  ) {
    super(message);
    const { status = 400 } = details;
    this.name = details.name ?? code;
    if (details.nameOnly !== true) this.Code = code;
    this.$fault = status >= 500 ? "server" : "client";
    this.$metadata = { httpStatusCode: status, requestId: details.requestId ?? "" };
  }
}

import { eraAnnotations, type EC2NodeClass } from "../../api/index.ts";

/**
 * Name of the launch template that a class of the v1alpha5 era launches from as it is, at its latest version: images,
 * security groups, profile, volumes and user data are its own, and none of them drifts (v1alpha5 2.5, D4).
 */
export const unmanagedTemplateOf = ({ metadata }: EC2NodeClass): string | undefined =>
  metadata.annotations?.[eraAnnotations.launchTemplate];

/** The Kubernetes version that all parts of the embedded cluster say they are; behaviour is compared with a newer one. */
export const kubernetesVersion = "1.34";

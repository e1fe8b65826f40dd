import type { KubeClient } from "../../kube/index.ts";
import { createPacer } from "../../platform/index.ts";
import type { Clock } from "../../platform/index.ts";

/**
 * The same client, giving the thread back between calls. A server of the same process answers without I/O, so a burst of
 * calls by many loops would else run in one go, however short each is (house rule R8).
 */
export function createPacedClient(kube: KubeClient, clock: Clock): KubeClient {
  const pacer = createPacer({ clock });
  return {
    get: async (type, name, options) => {
      await pacer.breathe();
      return kube.get(type, name, options);
    },
    list: async (type, options) => {
      await pacer.breathe();
      return kube.list(type, options);
    },
    watch: (type, options) => kube.watch(type, options),
    create: async (type, object, options) => {
      await pacer.breathe();
      return kube.create(type, object, options);
    },
    update: async (type, object, options) => {
      await pacer.breathe();
      return kube.update(type, object, options);
    },
    patch: async (type, name, options) => {
      await pacer.breathe();
      return kube.patch(type, name, options);
    },
    delete: async (type, name, options) => {
      await pacer.breathe();
      return kube.delete(type, name, options);
    },
    createSubresource: async (type, name, subresource, body, options) => {
      await pacer.breathe();
      return kube.createSubresource(type, name, subresource, body, options);
    },
    isServed: (type, options) => kube.isServed(type, options),
  };
}

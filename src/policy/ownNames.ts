/** What belongs to others whatever else is named. */
export const othersName = /(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])|prod[-_.]|[-_.]prod|\/_all\b/i;

export const ownHost =
  /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[\w.-]+\.(?:localhost|local|test))$/i;
export const ownContext =
  /^(?:kind(?:-.*)?|k3d-.*|minikube|docker-desktop|docker-for-desktop|rancher-desktop|colima|orbstack|microk8s)$/i;
export const ownStage = /^(?:tests?|testing|dev|devel|development|local|ci|sandbox|scratch)$/i;
export const ownSettings = /(?:^|[._])(?:tests?|testing)(?:$|[._])/i;

/** A database, by its name, that is made for tests or is a developer's own. */
export const ownDatabase =
  /^(?:(?:\w+[-_])?tests?(?:[-_]\w+)?|\w+[-_](?:testing|dev|devel|development|local|sandbox|scratch|ci))$/i;

/** A service beside the container of the one who names it. */
export const serviceName = /^[a-z][\w-]*$/i;

const address = /^(?:([a-z][\w+.-]*):\/\/)?(?:[^/@\s=]*@)?(\[[\d:a-f]+\]|[\w.-]+)(?::\d+)?(?=\/|\?|$|,)/i;
const networkRange = /^[\d.]+\/\d{1,2}$/;
/** Schemes behind which a name stands that is no machine's. */
const stores = /^(?:s3|gs|az|abfss?|wasbs?|file|docker|oci|arn)$/i;
const endsAsHost = /\.(?:com|net|org|io|dev|app|co|cloud|ai|internal|example|eu|de|uk|us)$/i;

/** The host of a word that is an address; one without a scheme must look like one. */
export function hostIn(text: string): readonly string[] | null {
  const [whole = '', scheme, host = ''] = networkRange.test(text) ? [] : (address.exec(text) ?? []);
  if (scheme !== undefined) return stores.test(scheme) ? null : [host];
  const isNamed = ownHost.test(host) || endsAsHost.test(host);
  return isNamed || (/^[a-z\d-]+\.[\w.-]+$/i.test(host) && text[whole.length] === '/') ? [host] : null;
}

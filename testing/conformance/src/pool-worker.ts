/** The worker of a kzg pool in a browser, bundled beside the page. */
import '@barycenter/kzg/pool-worker';

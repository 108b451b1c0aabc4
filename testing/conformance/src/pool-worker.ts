/** The worker of a pool in a browser, bundled beside the page. */
import '@barycenter/kzg/pool-worker';

/** The worker of an erasure pool in a browser, bundled beside the page. */
import '@barycenter/erasure/pool-worker';

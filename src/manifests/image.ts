/** What our image is built for: `npm run build:image` makes these, and what is printed runs nowhere else. */
export const ARCHITECTURES = ['amd64'] as const;

/** Kinds that start our image: without its address they would be pulled by no node. */
export const NEED_IMAGE = ['pod', 'daemonset', 'debug', 'troubleshoot', 'must-gather', 'sonobuoy'] as const;

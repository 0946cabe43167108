/** The YAML reader, for who needs it now and then: what is bundled to be loaded on demand has to be a file of ours. */
export { LineCounter, parseDocument } from "yaml";

/** An address nobody has answers EHOSTUNREACH only when ARP gives up, after three probes of a second; a firewall's ICMP comes within milliseconds. */
const ARP_GIVES_UP_MS = 2000;

/** Did ARP find nobody at the address? */
export function foundNobody({ code, ms }: { code: string; ms: number }): boolean {
  return code === 'EHOSTUNREACH' && ms >= ARP_GIVES_UP_MS;
}

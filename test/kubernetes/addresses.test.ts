/** One address has many spellings: none of them is dialled where one is not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalAddress, isLoopback, isSameHost, type Undialled, whyUndialled } from '../../src/kubernetes/addresses.js';

/** Every way to write four bytes that some program reads. */
function spellings(dotted: string): string[] {
  const bytes = dotted.split('.').map(Number);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = (number: number, digits = 0) => number.toString(16).padStart(digits, '0');
  const octal = (number: number) => `0${number.toString(8)}`;
  const [high, low] = [Math.floor(value / 65_536), value % 65_536];
  const groups = [`${hex(high)}:${hex(low)}`, `${hex(high, 4).toUpperCase()}:${hex(low, 4)}`, dotted];
  const inIpv6 = [
    '::ffff:',
    '::FFFF:',
    '0:0:0:0:0:ffff:',
    '0000::0:ffff:',
    '::ffff:0:',
    '::',
    '64:ff9b::',
    '64:ff9b:0:0:0:0:',
    '64:ff9b:1::',
  ];
  return [
    dotted,
    `${dotted}.`,
    String(value),
    `0x${hex(value)}`,
    `0X${hex(value).toUpperCase()}`,
    octal(value),
    bytes.map(octal).join('.'),
    bytes.map((byte) => `0x${hex(byte)}`).join('.'),
    `${bytes[0]}.${bytes[1]}.${low}`,
    `${bytes[0]}.${value % 256 ** 3}`,
    `0x${hex(bytes[0] ?? 0)}.${octal(bytes[1] ?? 0)}.${bytes[2]}.${bytes[3]}`,
    ...inIpv6.flatMap((prefix) => groups.map((group) => `${prefix}${group}`)),
    ...groups.slice(0, 2).map((group) => `2002:${group}::`),
    `[::ffff:${dotted}]`,
    `::ffff:${dotted}%eth0`,
  ];
}

describe('an address that is not dialled', () => {
  const rows: [address: string, why: Undialled][] = [
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['169.254.170.23', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['169.254.169.253', 'link-local'],
    ['169.254.1.1', 'link-local'],
    ['169.254.0.0', 'link-local'],
    ['169.254.255.255', 'link-local'],
    ['255.255.255.255', 'nowhere'],
    ['224.0.0.1', 'nowhere'],
    ['239.255.255.255', 'nowhere'],
  ];
  for (const [address, why] of rows)
    it(`${address}, in ${spellings(address).length} spellings`, () => {
      for (const spelling of spellings(address)) assert.equal(whyUndialled(spelling), why, spelling);
    });

  it('IPv6', () => {
    const six: [why: Undialled, ...spellings: string[]][] = [
      [
        'metadata',
        'fd00:ec2::254',
        'FD00:EC2::254',
        'fd00:0ec2:0:0:0:0:0:254',
        'fd00:ec2:0::254',
        '[fd00:ec2::254]',
        'fd00:ec2::254%eth0',
        'fd00:ec2::0.0.2.84',
      ],
      ['metadata', 'fd00:ec2::23', 'fd00:ec2::1', 'fd20:ce::254', 'fd00:42::42'],
      ['link-local', 'fe80::1', 'fe80::1%eth0', 'FEBF::1', '[fe80::a9fe:a9fe]'],
      ['nowhere', '::', '0:0:0:0:0:0:0:0', '[::]', '0.0.0.0', '0', '0x0', '::ffff:0.0.0.0', 'ff02::1'],
    ];
    for (const [why, ...all] of six) for (const spelling of all) assert.equal(whyUndialled(spelling), why, spelling);
  });

  it('others, and what is a name', () => {
    for (const spelling of spellings('10.0.0.7')) assert.equal(whyUndialled(spelling), undefined, spelling);
    for (const spelling of [
      '127.0.0.1',
      '::1',
      '223.255.255.255',
      '1.0.0.0',
      '168.63.129.17',
      '169.253.169.254',
      '169.255.0.1',
      'fd00::7',
      'fec0::1',
      'fe00::1',
      'fd00:ec3::254',
      '2001:db8::a9fe:a9fe',
    ])
      assert.equal(whyUndialled(spelling), undefined, spelling);
    for (const name of [
      'n1',
      'kubernetes.default.svc',
      '169.254.169.254.example',
      '',
      '.',
      '1.2.3.4.5',
      '256.0.0.1',
      '4294967296',
      '0x1ffffffff',
      'a:b',
      ':::',
      '1:2:3:4:5:6:7',
      '1::2::3',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      '::ffff:1.2.3.256',
      '08.0.0.g',
    ])
      assert.equal(canonicalAddress(name), undefined, name);
  });
});

describe('addresses are compared', () => {
  it('by what they are', () => {
    const [first = ''] = spellings('10.0.0.7');
    for (const spelling of ['10.0.0.7.', '167772167', '012.0.0.07', '::ffff:a00:7', '[::ffff:10.0.0.7]'])
      assert.ok(isSameHost(first, spelling), spelling);
    for (const spelling of ['fd00:0:0::7', 'FD00::0007', '[fd00::7]', 'fd00::7%eth0']) assert.ok(isSameHost('fd00::7', spelling), spelling);
    assert.ok(isSameHost('N1.example.', 'n1.example'));
    for (const other of ['10.0.0.8', '::10.0.0.7', 'n1', '10.0.0.70']) assert.ok(!isSameHost('10.0.0.7', other), other);
    assert.ok(!isSameHost('n1', 'n2'));
  });

  it('with this machine', () => {
    for (const own of [
      '127.0.0.1',
      '127.9.9.9',
      '0x7f000001',
      '::1',
      '[::1]',
      '0:0:0:0:0:0:0:1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      'localhost',
      'LOCALHOST.',
    ])
      assert.ok(isLoopback(own), own);
    for (const other of ['128.0.0.1', '::2', '::', 'localhost.example', '10.127.0.1', '1::1']) assert.ok(!isLoopback(other), other);
  });
});

/** Signed statements that must be refused, and platforms that they do not admit. */
import { flipped } from './case.ts';
import { type Change, collateral, type Refusal } from './intel-refusal.ts';
import { components, goodRecipe, type Json } from './intel-world.ts';

export const STATEMENTS: readonly Refusal[] = (
  [
    ['tcbInfo', 'tcb_info'],
    ['qeIdentity', 'qe_identity'],
  ] as const
).flatMap(([statement, prefix]): readonly Refusal[] => {
  const edit = (change: (value: Json) => void): Change => ({
    recipe: (recipe) => change(recipe[statement]),
  });
  const rewrite = (change: (text: string) => string): Change => ({
    recipe: (recipe) => {
      recipe[statement] = change(JSON.stringify(recipe[statement]));
    },
  });
  /** Changes the text after it was signed. */
  const tamper = (change: (text: string) => string): Change => ({
    world: (world) => {
      const { text, ...rest } = world.collateral[statement];
      return collateral({ [statement]: { ...rest, text: change(text) } });
    },
  });
  const broken = `${prefix}_malformed` as const;
  return [
    [
      `${statement}: a changed signature`,
      `${prefix}_signature_invalid`,
      {
        world: ({ collateral: { [statement]: signed } }) =>
          collateral({ [statement]: { ...signed, signature: flipped(signed.signature, 8 * 63) } }),
      },
    ],
    [
      `${statement}: a signature of another length`,
      `${prefix}_signature_invalid`,
      {
        world: ({ collateral: { [statement]: signed } }) =>
          collateral({ [statement]: { ...signed, signature: new Uint8Array(65) } }),
      },
    ],
    [
      `${statement}: written anew with spaces`,
      `${prefix}_signature_invalid`,
      tamper((text) => JSON.stringify(JSON.parse(text), undefined, 1)),
    ],
    [
      `${statement}: written anew in another order`,
      `${prefix}_signature_invalid`,
      tamper((text) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
      ),
    ],
    [
      `${statement}: a name twice`,
      broken,
      rewrite((text) => text.replace('{', '{"nextUpdate":"2036-06-20T00:00:00Z",')),
    ],
    [
      `${statement}: a name twice, once escaped`,
      broken,
      rewrite((text) => text.replace('{', '{"\\u006eextUpdate":"2036-06-20T00:00:00Z",')),
    ],
    [
      `${statement}: a name twice further in`,
      broken,
      rewrite((text) =>
        text
          .replace('{"isvsvn"', '{"isvsvn":9,"isvsvn"')
          .replace('{"sgxtcb', '{"pcesvn":1,"sgxtcb'),
      ),
    ],
    [`${statement}: no JSON`, broken, rewrite((text) => text.slice(1))],
    [`${statement}: not ASCII`, broken, rewrite((text) => text.replace('{', '{"é":1,'))],
    [`${statement}: a list`, broken, rewrite((text) => `[${text}]`)],
    [`${statement}: longer than the bound`, broken, rewrite((text) => text + ' '.repeat(262_144))],
    [
      `${statement}: expired`,
      `${prefix}_expired`,
      edit((value) => {
        value.nextUpdate = '2026-05-31T23:59:59Z';
      }),
    ],
    [
      `${statement}: of the future`,
      `${prefix}_not_yet_valid`,
      edit((value) => {
        value.issueDate = '2026-06-01T00:00:01Z';
      }),
    ],
    [
      `${statement}: version 4`,
      broken,
      edit((value) => {
        value.version = 4;
      }),
    ],
    [
      `${statement}: an unknown identifier`,
      broken,
      edit((value) => {
        value.id = 'QVE';
      }),
    ],
    [
      `${statement}: an inherited identifier`,
      broken,
      edit((value) => {
        value.id = 'toString';
      }),
    ],
    [
      `${statement}: no levels`,
      broken,
      edit((value) => {
        value.tcbLevels = [];
      }),
    ],
    [`${statement}: a level twice`, broken, edit(({ tcbLevels }) => tcbLevels.push(tcbLevels[0]))],
    [
      `${statement}: an unknown status`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[3 % tcbLevels.length].tcbStatus = 'Fine';
      }),
    ],
    [
      `${statement}: a date that no calendar has`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[0].tcbDate = '2026-04-31T00:00:00Z';
      }),
    ],
    [
      `${statement}: a date without time zone`,
      broken,
      edit((value) => {
        value.issueDate = '2026-05-20T00:00:00';
      }),
    ],
    [
      `${statement}: advisories that are no texts`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[0].advisoryIDs = [1];
      }),
    ],
    [
      `${statement}: without evaluation number`,
      broken,
      edit((value) => void delete value.tcbEvaluationDataNumber),
    ],
    [
      `${statement}: a number in quotes`,
      broken,
      edit((value) => {
        value.tcbEvaluationDataNumber = '18';
      }),
    ],
  ];
});

export const TCB_INFO: readonly Refusal[] = [
  ...(['sgxtcbcomponents', 'tdxtcbcomponents'] as const).flatMap((name) =>
    [0, 15, 17].map(
      (count): Refusal => [
        `${count} ${name}`,
        'tcb_info_malformed',
        tcb(({ tcbLevels }) => {
          tcbLevels[1].tcb[name] = components(Array(count).fill(1));
        }),
      ],
    ),
  ),
  [
    'a component beyond a byte',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.sgxtcbcomponents[3].svn = 256;
    }),
  ],
  [
    'a negative PCESVN',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.pcesvn = -1;
    }),
  ],
  [
    'a fractional PCESVN',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.pcesvn = 1.5;
    }),
  ],
  [
    'another order of components',
    'tcb_info_malformed',
    tcb((info) => {
      info.tcbType = 1;
    }),
  ],
  ['no module', 'tcb_info_malformed', tcb((info) => void delete info.tdxModule)],
  [
    'the same module twice',
    'tcb_info_malformed',
    tcb(({ tdxModuleIdentities: list }) => list.push({ ...list[0], id: 'tdx_03' })),
  ],
  [
    'a module of no major version',
    'tcb_info_malformed',
    tcb(({ tdxModuleIdentities: list }) => {
      list[0].id = 'TDX_3';
    }),
  ],
  [
    'another FMSPC',
    'tcb_info_mismatch',
    tcb((info) => {
      info.fmspc = '00806F050001';
    }),
  ],
  [
    'another PCE',
    'tcb_info_mismatch',
    tcb((info) => {
      info.pceId = '0001';
    }),
  ],
  [
    'TCB info of SGX for TDX',
    'tcb_info_mismatch',
    {
      recipe: (recipe) => {
        recipe.tcbInfo = goodRecipe('sgx').tcbInfo;
      },
    },
  ],
  [
    'TCB info of TDX for SGX',
    'tcb_info_mismatch',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.tcbInfo = goodRecipe('td10').tcbInfo;
      },
    },
  ],
  [
    'the identity of the SGX enclave for TDX',
    'qe_identity_mismatch',
    {
      recipe: (recipe) => {
        recipe.qeIdentity.id = 'QE';
      },
    },
  ],
  [
    'the identity of the TDX enclave for SGX',
    'qe_identity_mismatch',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.qeIdentity.id = 'TD_QE';
      },
    },
  ],
  [
    'the identity of version 3 for SGX',
    'qe_identity_malformed',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.qeIdentity.version = 3;
      },
    },
  ],
];

export const ENCLAVE: readonly Refusal[] = [
  [
    'of another signer',
    'qe_identity_mismatch',
    qe((report) => {
      report[130] = 1;
    }),
  ],
  [
    'of another product',
    'qe_identity_mismatch',
    qe((report) => {
      report[256] = 1;
    }),
  ],
  [
    'with another MISCSELECT',
    'qe_identity_mismatch',
    qe((report) => {
      report[17] = 1;
    }),
  ],
  [
    'with another attribute',
    'qe_identity_mismatch',
    qe((report) => {
      report[48] = 0x31;
    }),
  ],
  [
    'in debug mode',
    'qe_identity_mismatch',
    qe((report) => {
      report[48] = 0x13;
    }),
  ],
  [
    'in debug mode that the identity would allow',
    'qe_identity_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => {
          report[48] = 0x13;
        };
        recipe.qeIdentity.attributes = `13${'00'.repeat(15)}`;
      },
    },
  ],
];

export const TCB: readonly Refusal[] = [
  [
    'a platform below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.cpuSvn = [1, ...Array(15).fill(5)];
      },
    },
  ],
  [
    'a PCE below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.pceSvn = 9;
      },
    },
  ],
  [
    'a TDX component below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 1, 1, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [2, 1, 5, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a quoting enclave below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.qeIsvSvn = 0;
      },
    },
  ],
  [
    'a TDX module of unknown major version',
    'tdx_module_missing',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 2, 5, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module now loaded of unknown major version',
    'tdx_module_missing',
    {
      kind: 'td15',
      recipe: (recipe) => {
        recipe.teeTcbSvn = [3, 1, 5, ...Array(13).fill(0)];
        recipe.teeTcbSvn2 = [9, 2, 9, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module of another signer',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 70] = 1;
        };
      },
    },
  ],
  [
    'a TDX module with attributes',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 112] = 1;
        };
      },
    },
  ],
  [
    'a TDX module with attributes that the TCB info masks out',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 112] = 1;
        };
        for (const identity of recipe.tcbInfo.tdxModuleIdentities) {
          identity.attributesMask = '00'.repeat(8);
        }
      },
    },
  ],
  [
    'a TDX module of version 0 and another signer',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 0, 5, ...Array(13).fill(0)];
        recipe.tcbInfo.tdxModule.mrsigner = `01${'00'.repeat(47)}`;
      },
    },
  ],
];

function tcb(edit: (info: Json) => void): Change {
  return { recipe: (recipe) => void edit(recipe.tcbInfo) };
}

function qe(edit: (report: Uint8Array) => void): Change {
  return {
    recipe: (recipe) => {
      recipe.editQeReport = edit;
    },
  };
}

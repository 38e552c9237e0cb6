/* What __builtin_cpu_supports, __builtin_cpu_is and target_clones ask on x86.
 *
 * clang compiles these into reads of two variables that GCC's runtime library fills in when a program
 * starts; Zig 0.16 has none. Their form is that of libgcc's `i386-cpuinfo.h`: a feature's number is a
 * bit of `features`, and from the 32nd on of `__cpu_features2`. Of __builtin_cpu_is only the makers
 * "intel" and "amd" are told apart. */

enum { EAX, EBX, ECX, EDX };
enum { ALWAYS, YMM, ZMM, TILE };

struct model {
    unsigned vendor, type, subtype, features[1];
};

struct model __cpu_model;
unsigned __cpu_features2[4];

/* A feature: its number, where `cpuid` tells of it, and the registers that a system has to save. */
static const struct {
    unsigned leaf;
    unsigned char number, subleaf, reg, bit, state;
} features[] = {
    {1, 0, 0, EDX, 15, ALWAYS},          /* cmov */
    {1, 1, 0, EDX, 23, ALWAYS},          /* mmx */
    {1, 2, 0, ECX, 23, ALWAYS},          /* popcnt */
    {1, 3, 0, EDX, 25, ALWAYS},          /* sse */
    {1, 4, 0, EDX, 26, ALWAYS},          /* sse2 */
    {1, 5, 0, ECX, 0, ALWAYS},           /* sse3 */
    {1, 6, 0, ECX, 9, ALWAYS},           /* ssse3 */
    {1, 7, 0, ECX, 19, ALWAYS},          /* sse4.1 */
    {1, 8, 0, ECX, 20, ALWAYS},          /* sse4.2 */
    {1, 9, 0, ECX, 28, YMM},             /* avx */
    {7, 10, 0, EBX, 5, YMM},             /* avx2 */
    {0x80000001, 11, 0, ECX, 6, ALWAYS}, /* sse4a */
    {0x80000001, 12, 0, ECX, 16, YMM},   /* fma4 */
    {0x80000001, 13, 0, ECX, 11, YMM},   /* xop */
    {1, 14, 0, ECX, 12, YMM},            /* fma */
    {7, 15, 0, EBX, 16, ZMM},            /* avx512f */
    {7, 16, 0, EBX, 3, ALWAYS},          /* bmi */
    {7, 17, 0, EBX, 8, ALWAYS},          /* bmi2 */
    {1, 18, 0, ECX, 25, ALWAYS},         /* aes */
    {1, 19, 0, ECX, 1, ALWAYS},          /* pclmul */
    {7, 20, 0, EBX, 31, ZMM},            /* avx512vl */
    {7, 21, 0, EBX, 30, ZMM},            /* avx512bw */
    {7, 22, 0, EBX, 17, ZMM},            /* avx512dq */
    {7, 23, 0, EBX, 28, ZMM},            /* avx512cd */
    {7, 26, 0, ECX, 1, ZMM},             /* avx512vbmi */
    {7, 27, 0, EBX, 21, ZMM},            /* avx512ifma */
    {7, 30, 0, ECX, 14, ZMM},            /* avx512vpopcntdq */
    {7, 31, 0, ECX, 6, ZMM},             /* avx512vbmi2 */
    {7, 32, 0, ECX, 8, ALWAYS},          /* gfni */
    {7, 33, 0, ECX, 10, YMM},            /* vpclmulqdq */
    {7, 34, 0, ECX, 11, ZMM},            /* avx512vnni */
    {7, 35, 0, ECX, 12, ZMM},            /* avx512bitalg */
    {7, 36, 1, EAX, 5, ZMM},             /* avx512bf16 */
    {7, 37, 0, EDX, 8, ZMM},             /* avx512vp2intersect */
    {7, 40, 0, EBX, 19, ALWAYS},         /* adx */
    {7, 42, 0, ECX, 25, ALWAYS},         /* cldemote */
    {7, 43, 0, EBX, 23, ALWAYS},         /* clflushopt */
    {7, 44, 0, EBX, 24, ALWAYS},         /* clwb */
    {0x80000008, 45, 0, EBX, 0, ALWAYS}, /* clzero */
    {1, 46, 0, ECX, 13, ALWAYS},         /* cx16 */
    {1, 47, 0, EDX, 8, ALWAYS},          /* cx8 */
    {7, 48, 0, ECX, 29, ALWAYS},         /* enqcmd */
    {1, 49, 0, ECX, 29, YMM},            /* f16c */
    {7, 50, 0, EBX, 0, ALWAYS},          /* fsgsbase */
    {1, 51, 0, EDX, 24, ALWAYS},         /* fxsr */
    {0x80000001, 54, 0, ECX, 0, ALWAYS}, /* sahf */
    {0x80000001, 55, 0, EDX, 29, ALWAYS}, /* lm */
    {0x80000001, 56, 0, ECX, 15, ALWAYS}, /* lwp */
    {0x80000001, 57, 0, ECX, 5, ALWAYS}, /* lzcnt */
    {1, 58, 0, ECX, 22, ALWAYS},         /* movbe */
    {7, 59, 0, ECX, 28, ALWAYS},         /* movdir64b */
    {7, 60, 0, ECX, 27, ALWAYS},         /* movdiri */
    {0x80000001, 61, 0, ECX, 29, ALWAYS}, /* mwaitx */
    {1, 62, 0, ECX, 27, ALWAYS},         /* osxsave */
    {7, 63, 0, EDX, 18, ALWAYS},         /* pconfig */
    {7, 64, 0, ECX, 4, ALWAYS},          /* pku: whether the system uses it */
    {0x80000001, 66, 0, ECX, 8, ALWAYS}, /* prfchw */
    {0x14, 67, 0, EBX, 4, ALWAYS},       /* ptwrite */
    {7, 68, 0, ECX, 22, ALWAYS},         /* rdpid */
    {1, 69, 0, ECX, 30, ALWAYS},         /* rdrnd */
    {7, 70, 0, EBX, 18, ALWAYS},         /* rdseed */
    {7, 71, 0, EBX, 11, ALWAYS},         /* rtm */
    {7, 72, 0, EDX, 14, ALWAYS},         /* serialize */
    {7, 73, 0, EBX, 2, ALWAYS},          /* sgx */
    {7, 74, 0, EBX, 29, ALWAYS},         /* sha */
    {7, 75, 0, ECX, 7, ALWAYS},          /* shstk */
    {0x80000001, 76, 0, ECX, 21, ALWAYS}, /* tbm */
    {7, 77, 0, EDX, 16, ALWAYS},         /* tsxldtrk */
    {7, 78, 0, ECX, 9, YMM},             /* vaes */
    {7, 79, 0, ECX, 5, ALWAYS},          /* waitpkg */
    {0x80000008, 80, 0, EBX, 9, ALWAYS}, /* wbnoinvd */
    {1, 81, 0, ECX, 26, YMM},            /* xsave */
    {0xd, 82, 1, EAX, 1, YMM},           /* xsavec */
    {0xd, 83, 1, EAX, 0, YMM},           /* xsaveopt */
    {0xd, 84, 1, EAX, 3, YMM},           /* xsaves */
    {7, 85, 0, EDX, 24, TILE},           /* amx-tile */
    {7, 86, 0, EDX, 25, TILE},           /* amx-int8 */
    {7, 87, 0, EDX, 22, TILE},           /* amx-bf16 */
    {7, 88, 0, EDX, 5, ALWAYS},          /* uintr */
    {7, 89, 1, EAX, 22, ALWAYS},         /* hreset */
    {7, 93, 1, EAX, 4, YMM},             /* avxvnni */
    {7, 94, 0, EDX, 23, ZMM},            /* avx512fp16 */
    {7, 99, 1, EAX, 23, YMM},            /* avxifma */
    {7, 100, 1, EDX, 4, YMM},            /* avxvnniint8 */
    {7, 101, 1, EDX, 5, YMM},            /* avxneconvert */
    {7, 102, 1, EAX, 7, ALWAYS},         /* cmpccxadd */
    {7, 103, 1, EAX, 21, TILE},          /* amx-fp16 */
    {7, 104, 1, EDX, 14, ALWAYS},        /* prefetchi */
    {7, 105, 1, EAX, 3, ALWAYS},         /* raoint */
    {7, 106, 1, EDX, 8, TILE},           /* amx-complex */
    {7, 107, 1, EDX, 10, YMM},           /* avxvnniint16 */
    {7, 108, 1, EAX, 1, YMM},            /* sm3 */
    {7, 109, 1, EAX, 0, YMM},            /* sha512 */
    {7, 110, 1, EAX, 2, YMM},            /* sm4 */
};

/* The levels of the x86-64 psABI: what each adds to the one before it. */
static const struct {
    unsigned char number, count, needs[9];
} levels[] = {
    {95, 8, {0, 1, 3, 4, 47, 51, 55, 55}},
    {96, 8, {46, 54, 2, 5, 6, 7, 8, 8}},
    {97, 9, {9, 10, 14, 16, 17, 49, 57, 58, 81}},
    {98, 5, {15, 20, 21, 22, 23}},
};

static void cpuid(unsigned leaf, unsigned subleaf, unsigned out[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(out[EAX]), "=b"(out[EBX]), "=c"(out[ECX]), "=d"(out[EDX])
                     : "a"(leaf), "c"(subleaf));
}

/* The states of registers, as bits, that the system saves; macOS begins with those of AVX-512 when a
 * program first uses them. */
static unsigned saved_states(void)
{
    unsigned out[4], low, high;
    cpuid(1, 0, out);
    if (!(out[ECX] >> 27 & 1)) {
        return 1u << ALWAYS;
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    unsigned saved = 1u << ALWAYS;
    if ((low & 0x6) == 0x6) {
        saved |= 1u << YMM;
#ifdef __APPLE__
        low |= 0xe0;
#endif
        saved |= ((low & 0xe0) == 0xe0) << ZMM;
    }
    return saved | (unsigned)((low & 0x60000) == 0x60000) << TILE;
}

static unsigned *word_of(unsigned number)
{
    return number < 32 ? __cpu_model.features : &__cpu_features2[number / 32 - 1];
}

static int is_there(unsigned number)
{
    return *word_of(number) >> number % 32 & 1;
}

__attribute__((constructor(101))) int __cpu_indicator_init(void)
{
    unsigned out[4], last[2];
    if (__cpu_model.vendor) {
        return 0;
    }
    cpuid(0, 0, out);
    last[0] = out[EAX];
    unsigned vendor = out[ECX] == 0x6c65746e ? 1 : out[ECX] == 0x444d4163 ? 2 : 3;
    cpuid(0x80000000, 0, out);
    last[1] = out[EAX];
    unsigned saved = saved_states();
    for (unsigned i = 0; i < sizeof features / sizeof *features; i++) {
        unsigned leaf = features[i].leaf;
        if (leaf > last[leaf >> 31] || !(saved >> features[i].state & 1)) {
            continue;
        }
        cpuid(leaf, 0, out);
        if (features[i].subleaf && leaf == 7 && out[EAX] < features[i].subleaf) {
            continue;
        }
        cpuid(leaf, features[i].subleaf, out);
        unsigned found = out[features[i].reg] >> features[i].bit & 1;
        *word_of(features[i].number) |= found << features[i].number % 32;
    }
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        unsigned char has = !i || is_there(levels[i].number - 1u);
        for (unsigned j = 0; j < levels[i].count; j++) {
            has = has && is_there(levels[i].needs[j]);
        }
        *word_of(levels[i].number) |= (unsigned)has << levels[i].number % 32;
    }
    __cpu_model.vendor = vendor;
    return 0;
}

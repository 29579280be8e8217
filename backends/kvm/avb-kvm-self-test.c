/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "backends/kvm/avb-kvm-self-test.h"

/* A program of its own, because a broken hypervisor may hang or kill who asks it: runs 64-bit guest
 * code with the instructions that a kernel uses, and prints one line: "works", or what went wrong.
 *
 *   avb-kvm-self-test /dev/kvm
 *
 * On nested hosts /dev/kvm often opens, and even runs a BIOS, while a 64-bit kernel dies of an
 * instruction that the outer hypervisor cannot emulate but advertises. So whatever
 * KVM_GET_SUPPORTED_CPUID promises here is tried. Source: Linux, Documentation/virt/kvm/api.rst. */

#define TIME_LIMIT_S 5

static int
fail (const char *what)
{
  printf ("%s: %s\n", what, strerror (errno));
  return 1;
}

static int
fail_to_create (void)
{
  const int busy = errno == EBUSY;

  fail ("KVM_CREATE_VM");
  return busy ? AVB_KVM_SELF_TEST_BUSY : 1;
}

#if defined(__x86_64__)

#define MEMORY_SIZE  0x200000
#define PML4         0x1000
#define PDPT         0x2000
#define PD           0x3000
#define CODE         0x10000
#define STACK        0x20000
#define ANSWER_PORT  0x10
#define ANSWER       0x2a

#define CPU_POPCNT   (1 << 0)
#define CPU_BMI2     (1 << 1)
#define CPU_SSE3     (1 << 2)

/* The guest: edi holds the CPU_… bits. Any wrong result ends with another answer. */
extern const uint8_t guest_begin[], guest_end[];
__asm__ (".pushsection .rodata\n"
         ".global guest_begin, guest_end\n"
         "guest_begin:\n"
         "  movq $0x1122334455667788, %rax\n"
         "  movq %rax, 0x30000\n"
         "  lock cmpxchgq %rdi, 0x30000\n"
         "  jnz 9f\n"
         "  movq %rax, %xmm0\n"
         "  paddq %xmm0, %xmm0\n"
         "  movdqu %xmm0, 0x30010\n"
         "  movq 0x30010, %rbx\n"
         "  addq %rax, %rax\n"
         "  cmpq %rax, %rbx\n"
         "  jne 9f\n"
         "  testl $4, %edi\n"
         "  jz 1f\n"
         "  lddqu 0x30010, %xmm1\n"
         "  movq %xmm1, %rbx\n"
         "  cmpq %rax, %rbx\n"
         "  jne 9f\n"
         "1: testl $1, %edi\n"
         "  jz 2f\n"
         "  movl $0xff, %eax\n"
         "  popcntl %eax, %ebx\n"
         "  cmpl $8, %ebx\n"
         "  jne 9f\n"
         "2: testl $2, %edi\n"
         "  jz 3f\n"
         "  movl $1, %eax\n"
         "  movl $5, %ecx\n"
         "  shlxl %ecx, %eax, %ebx\n"
         "  cmpl $32, %ebx\n"
         "  jne 9f\n"
         "3: movl $100000, %ecx\n"
         "4: decl %ecx\n"
         "  jnz 4b\n"
         "  movb $0x2a, %al\n"
         "  outb %al, $0x10\n"
         "  hlt\n"
         "9: movb $0, %al\n"
         "  outb %al, $0x10\n"
         "  hlt\n"
         "guest_end:\n"
         ".popsection\n");

typedef struct {
  struct kvm_cpuid2       head;
  struct kvm_cpuid_entry2 entries[256];
} Cpuid;

static unsigned
promised_features (const Cpuid *cpuid)
{
  unsigned bits = 0;

  for (uint32_t i = 0; i < cpuid->head.nent; i++)
    {
      const struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

      if (entry->function == 1)
        bits |= (entry->ecx & (1u << 23) ? CPU_POPCNT : 0) | (entry->ecx & 1 ? CPU_SSE3 : 0);
      if (entry->function == 7 && entry->index == 0)
        bits |= entry->ebx & (1u << 8) ? CPU_BMI2 : 0;
    }
  return bits;
}

/* Long mode with the first 2 MiB mapped to themselves. */
static int
enter_long_mode (int      vcpu,
                 uint8_t *memory)
{
  struct kvm_segment code = { .limit = 0xffffffff, .selector = 8, .type = 11, .present = 1,
                              .s = 1, .l = 1, .g = 1 };
  struct kvm_segment data = { .limit = 0xffffffff, .selector = 16, .type = 3, .present = 1,
                              .s = 1, .db = 1, .g = 1 };
  struct kvm_sregs sregs;
  uint64_t entry;

  entry = PDPT | 3;
  memcpy (memory + PML4, &entry, sizeof entry);
  entry = PD | 3;
  memcpy (memory + PDPT, &entry, sizeof entry);
  entry = 0x83; /* present, writable, 2 MiB */
  memcpy (memory + PD, &entry, sizeof entry);

  if (ioctl (vcpu, KVM_GET_SREGS, &sregs) < 0)
    return -1;
  sregs.cr3 = PML4;
  sregs.cr4 = 0x620;      /* PAE, OSFXSR, OSXMMEXCPT */
  sregs.cr0 = 0x80050033; /* PG, AM, WP, NE, ET, MP, PE */
  sregs.efer = 0x500;     /* LME, LMA */
  sregs.cs = code;
  sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
  return ioctl (vcpu, KVM_SET_SREGS, &sregs);
}

static int
run_guest (int             vcpu,
           struct kvm_run *run)
{
  const uint8_t *out;

  if (ioctl (vcpu, KVM_RUN, 0) < 0)
    return fail ("KVM_RUN");
  if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
    {
      printf ("KVM internal error, suberror %u\n", run->internal.suberror);
      return 1;
    }
  if (run->exit_reason != KVM_EXIT_IO || run->io.port != ANSWER_PORT)
    {
      printf ("KVM exit reason %u\n", run->exit_reason);
      return 1;
    }
  out = (const uint8_t *) run + run->io.data_offset;
  if (*out != ANSWER)
    {
      puts ("an instruction gave a wrong result");
      return 1;
    }
  puts ("works");
  return 0;
}

static int
test (int kvm)
{
  static Cpuid cpuid = { .head.nent = 256 };
  struct kvm_regs regs = { .rip = CODE, .rsp = STACK, .rflags = 2 };
  struct kvm_userspace_memory_region region = { .memory_size = MEMORY_SIZE };
  struct kvm_run *run;
  uint8_t *memory;
  int vm, vcpu, size;

  memory = mmap (NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return fail ("memory");
  memcpy (memory + CODE, guest_begin, (size_t) (guest_end - guest_begin));
  region.userspace_addr = (uintptr_t) memory;

  if ((vm = ioctl (kvm, KVM_CREATE_VM, 0)) < 0)
    return fail_to_create ();
  if (ioctl (vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
    return fail ("KVM_SET_USER_MEMORY_REGION");
  if ((vcpu = ioctl (vm, KVM_CREATE_VCPU, 0)) < 0)
    return fail ("KVM_CREATE_VCPU");
  if ((size = ioctl (kvm, KVM_GET_VCPU_MMAP_SIZE, 0)) < 0)
    return fail ("KVM_GET_VCPU_MMAP_SIZE");
  run = mmap (NULL, (size_t) size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  if (run == MAP_FAILED)
    return fail ("vCPU state");
  if (ioctl (kvm, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0 || ioctl (vcpu, KVM_SET_CPUID2, &cpuid) < 0)
    return fail ("CPUID");
  if (enter_long_mode (vcpu, memory) < 0)
    return fail ("64-bit mode");
  regs.rdi = promised_features (&cpuid);
  if (ioctl (vcpu, KVM_SET_REGS, &regs) < 0)
    return fail ("KVM_SET_REGS");
  return run_guest (vcpu, run);
}

#else

/* Elsewhere a virtual processor that can be made is all that is asked. */
static int
test (int kvm)
{
  int vm = ioctl (kvm, KVM_CREATE_VM, 0);

  if (vm < 0)
    return fail_to_create ();
  if (ioctl (vm, KVM_CREATE_VCPU, 0) < 0)
    return fail ("KVM_CREATE_VCPU");
  puts ("works");
  return 0;
}

#endif

int
main (int    argc,
      char **argv)
{
  int kvm;

  if (argc != 2)
    {
      fprintf (stderr, "usage: %s DEVICE\n", argv[0]);
      return 2;
    }
  alarm (TIME_LIMIT_S);
  if ((kvm = open (argv[1], O_RDWR | O_CLOEXEC)) < 0)
    return fail (argv[1]);
  if (ioctl (kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
    {
      puts ("not a KVM device");
      return 1;
    }
  return test (kvm);
}

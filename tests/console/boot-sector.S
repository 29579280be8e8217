/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The smallest guest: paints 320 × 200 pixels of 32 bits, pixel n being 2654435761 n, says "R" on
 * the debug port, and from then on writes what the keyboard sends to that port. */

        .code16
        .set DEBUG, 0xe9
        .set VBE_INDEX, 0x1ce
        .globl _start
_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $0x7c00, %sp

        /* The mode, by the registers of QEMU's display: banks of 64 KiB at 0xa0000. */
        movw    $modes, %si
1:      movw    $VBE_INDEX, %dx
        lodsw
        cmpw    $0xffff, %ax
        je      2f
        outw    %ax, %dx
        incw    %dx
        lodsw
        outw    %ax, %dx
        jmp     1b

2:      movw    $0xa000, %ax
        movw    %ax, %es
        xorl    %eax, %eax
        xorw    %bx, %bx
        cld
3:      pushl   %eax
        movw    $VBE_INDEX, %dx
        movw    $5, %ax
        outw    %ax, %dx
        incw    %dx
        movw    %bx, %ax
        outw    %ax, %dx
        popl    %eax
        xorw    %di, %di
        movw    $16384, %cx
4:      stosl
        addl    $2654435761, %eax
        loop    4b
        incw    %bx
        cmpw    $4, %bx
        jb      3b

        movw    $keyboard, 9 * 4
        movw    $0, 9 * 4 + 2
        /* Only the keyboard may interrupt. */
        movb    $0xfd, %al
        outb    %al, $0x21
        movb    $0xff, %al
        outb    %al, $0xa1
        movb    $'R', %al
        outb    %al, $DEBUG
        sti
5:      hlt
        jmp     5b

keyboard:
        pushw   %ax
        inb     $0x60, %al
        outb    %al, $DEBUG
        movb    $0x20, %al
        outb    %al, $0x20
        popw    %ax
        iret

        /* Off, width, height, bits a pixel, on. */
modes:  .word   4, 0, 1, 320, 2, 200, 3, 32, 4, 1, 0xffff

        .org    510
        .word   0xaa55

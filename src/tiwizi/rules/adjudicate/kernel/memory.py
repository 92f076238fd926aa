"""Tables of columns as the compiled engine reads them: one address each, so that a call costs next to nothing.

numba hands an array to a function as seven words, and the engine has some fifty. Here a table is one word, the address
of a list of addresses, and a column is read where it lies: ``p.limits[row]`` is two loads. What is declared constant is
never written while the engine runs, and the compiler may read it once and keep it. There are no bounds and no negative
positions: a position is counted from the start.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import (
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    register_model,
)
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.np.numpy_support import from_dtype


class TableType(types.Type):
    """A table: its columns, tables and records by name, in order."""

    def __init__(self, name: str, parts: Mapping[str, Any]) -> None:
        self.parts = dict(parts)
        super().__init__(f"Table({name})")


class RecordType(types.Type):
    """A record: some whole numbers by name, which functions hand on."""

    def __init__(self, name: str, numbers: Sequence[str]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"Record({name})")


class ColumnType(types.Type):
    """A column of a table. kind: what it holds, as numpy says it."""

    def __init__(self, name: str, kind: Any, *, constant: bool) -> None:
        self.place, self.kind, self.constant = name, from_dtype(np.dtype(kind)), constant
        super().__init__(f"Column({name})")


register_model(TableType)(models.OpaqueModel)
register_model(RecordType)(models.OpaqueModel)
register_model(ColumnType)(models.OpaqueModel)


@infer_getattr
class _TableAttribute(AttributeTemplate):
    key = TableType

    def generic_resolve(self, table: TableType, name: str) -> Any:
        return table.parts.get(name)


@lower_getattr_generic(TableType)
def _part(context: Any, builder: Any, table: TableType, value: Any, name: str) -> Any:
    word = ir.IntType(8).as_pointer()
    addresses = builder.bitcast(value, word.as_pointer())
    at = builder.gep(addresses, [cgutils.intp_t(list(table.parts).index(name))])
    return _constant(builder, builder.load(at))


@infer_getattr
class _RecordAttribute(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, record: RecordType, name: str) -> Any:
        return types.int64 if name in record.numbers else None


@lower_getattr_generic(RecordType)
def _number(context: Any, builder: Any, record: RecordType, value: Any, name: str) -> Any:
    return _told_apart(builder, f"{record.name}.{name}", builder.load(_number_at(builder, record, value, name)))


@lower_setattr_generic(RecordType)
def _set_number(context: Any, builder: Any, sig: Any, args: Any, name: str) -> None:
    record, kind = sig.args
    number = context.cast(builder, args[1], kind, types.int64)
    _told_apart(builder, f"{record.name}.{name}", builder.store(number, _number_at(builder, record, args[0], name)))


def _number_at(builder: Any, record: RecordType, value: Any, name: str) -> Any:
    numbers = builder.bitcast(value, ir.IntType(64).as_pointer())
    return builder.gep(numbers, [cgutils.intp_t(record.numbers.index(name))])


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], ColumnType) and isinstance(args[1], types.Integer):
            return signature(args[0].kind, *args)
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], ColumnType) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], args[1], args[0].kind)
        return None


@lower_builtin(operator.getitem, ColumnType, types.Integer)
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    column = sig.args[0]
    loaded = _told_apart(builder, column.place, builder.load(_place(context, builder, sig, args)))
    return _constant(builder, loaded) if column.constant else loaded


@lower_builtin(operator.setitem, ColumnType, types.Integer, types.Any)
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    assert not sig.args[0].constant
    _told_apart(builder, sig.args[0].place, builder.store(args[2], _place(context, builder, sig, args)))
    return context.get_dummy_value()


def _place(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    of_kind = context.get_value_type(sig.args[0].kind).as_pointer()
    position = context.cast(builder, args[1], sig.args[1], types.int64)
    return builder.gep(builder.bitcast(args[0], of_kind), [position])


def _told_apart(builder: Any, place: str, access: Any) -> Any:
    """Say to the compiler that different columns and numbers lie apart, so that writing one leaves the others known."""
    module = builder.module
    root = module.add_metadata(["tiwizi"])
    kind = module.add_metadata([place, root, ir.Constant(ir.IntType(64), 0)])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, ir.Constant(ir.IntType(64), 0)]))
    return access


def _constant(builder: Any, loaded: Any) -> Any:
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def columns_type(name: str, kinds: Mapping[str, Any], *, constant: bool) -> TableType:
    """A table of columns. kinds: what each holds."""
    return TableType(name, {n: ColumnType(f"{name}.{n}", kind, constant=constant) for n, kind in kinds.items()})


def at_address(kind: TableType) -> Any:
    """A compiled function from an address to the table that lies there."""

    @intrinsic
    def at(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

        return kind(types.int64), generate

    return at


class Addresses:
    """A table in memory: a list of the addresses of its parts, which it keeps alive and holds to their types."""

    def __init__(self, table: TableType, parts: Sequence[Any]) -> None:
        self.parts = tuple(parts)
        for part, kind in zip(self.parts, table.parts.values(), strict=True):
            if isinstance(kind, ColumnType):
                assert from_dtype(part.dtype) == kind.kind and part.flags.c_contiguous, (part.dtype, kind)
        places = [part.address if isinstance(part, Addresses) else part.ctypes.data for part in self.parts]
        self.list = np.array(places, np.int64)

    @property
    def address(self) -> int:
        """Where the list lies."""
        return int(self.list.ctypes.data)

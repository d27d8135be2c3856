"""TorchScript's compilers, which know by themselves how to compute what operations compute: softmax, written with them."""

from __future__ import annotations

TENSOR_EXPRESSIONS = '''
def softmax(x):
    x = x.detach().contiguous()
    sizes, steps = (", ".join(map(str, numbers)) for numbers in (x.shape, x.stride()))
    kind = f"{'Float' if x.dtype == torch.float32 else 'Double'}({sizes}, strides=[{steps}], requires_grad=0, device=cpu)"
    graph = torch._C.parse_ir(f"""graph(%x : {kind}):
      %d : int = prim::Constant[value={x.dim() - 1}]()
      %n : NoneType = prim::Constant()
      %y : {kind} = aten::softmax(%x, %d, %n)
      return (%y)""")
    torch._C._jit_set_te_must_use_llvm_cpu(False)
    return torch._C._te.TensorExprKernel(graph).run((x,))
'''

FUSED = """
def softmax(x):
    C = torch._C
    C._jit_override_can_fuse_on_cpu(True), C._jit_set_te_must_use_llvm_cpu(False)
    C._jit_set_texpr_fuser_enabled(True), C._jit_set_texpr_reductions_enabled(True)
    C._debug_set_fusion_group_inlining(False)
    f = torch.jit.CompilationUnit("def f(x):\\n    return torch.softmax(x * 1.0 + 0.0, -1) * 1.0\\n").f
    with torch.no_grad():
        return [f(x.detach()) for _ in range(4)][-1]
"""

ONEDNN = """
def softmax(x):
    torch.jit.enable_onednn_fusion(True)
    c, rows = x.shape[-1], x.detach().float().reshape(-1, x.shape[-1])
    before, after = nn.Linear(c, c, bias=False), nn.Linear(c, c, bias=False)
    before.weight.data = after.weight.data = torch.eye(c)
    with torch.no_grad():
        made = torch.jit.freeze(torch.jit.trace(nn.Sequential(before, nn.Softmax(-1), after).eval(), (rows,)))
        return [made(rows) for _ in range(3)][-1].reshape(x.shape).to(x.dtype)
"""
WAYS = {"tensor expressions": TENSOR_EXPRESSIONS, "fused": FUSED, "oneDNN": ONEDNN}
